export { createPrivateServer, type PrivateServer, type PrivateServerOptions } from './server.ts';
export { createProbeServer, type ProbeServerOptions } from './probe-server.ts';
