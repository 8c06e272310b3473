/** What can go wrong when a delivery is taken in. */
export const deliveryCodes = {
  'CK-DELIVERY-001': {
    title: 'More deliveries wait to be recorded than may wait',
    hint: 'send it again after the time in Retry-After; GitHub does so on redelivery',
  },
  'CK-DELIVERY-002': {
    title: 'A delivery could not be recorded',
    hint: 'send it again; if it stays, look at the cause',
  },
  'CK-DELIVERY-003': {
    title: 'The repository of a delivery is gone',
    hint: 'remove the webhook at the provider, or register the repository again',
  },
  'CK-DELIVERY-004': {
    title: 'The intake is closed',
    hint: 'send it again: the process is being replaced',
  },
} as const;
