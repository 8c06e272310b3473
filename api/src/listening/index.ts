export { listen, type ListenAddress } from './listen.ts';
export { assertLoopback, isLoopback } from './loopback.ts';
