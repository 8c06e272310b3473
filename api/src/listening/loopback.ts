import { BlockList, isIP } from 'node:net';
import { ApiError } from '../errors/index.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Throws CK-API-019 for an address others can reach, unless people sign in. */
export function assertLoopback(host: string, signIn: boolean): void {
  if (!signIn && !isLoopback(host)) {
    throw new ApiError(
      'CK-API-019',
      `the private listener is not opened on ${host}: until sign-in exists it may bind to loopback addresses alone`,
    );
  }
}
