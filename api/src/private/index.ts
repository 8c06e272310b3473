export { createPrivateServer, type PrivateServer, type PrivateServerOptions } from './server.ts';
