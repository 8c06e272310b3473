export { detectServices, dnsLabel } from './detect-services.ts';
export { starterText } from './starter-text.ts';
