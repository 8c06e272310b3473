import { createHmac, randomUUID } from 'node:crypto';

/** A push as GitHub would tell it. */
export interface PushDelivery {
  fullName: string;
  secret: string;
  ref?: string;
  deliveryId?: string;
  after?: string;
}

/** What the ingress answered. */
export interface IngressAnswer {
  status: number;
  body: { status?: string; reason?: string; correlation_id?: string };
}

/** Posts a signed push delivery to an ingress. */
export async function deliver(publicUrl: string, push: PushDelivery): Promise<IngressAnswer> {
  const body = JSON.stringify({
    ref: push.ref ?? 'refs/heads/main',
    before: '0'.repeat(40),
    after: push.after ?? 'f'.repeat(40),
    deleted: false,
    repository: { id: 1, full_name: push.fullName, name: push.fullName.split('/')[1] },
  });
  const response = await fetch(`${publicUrl}/api/v1/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': push.deliveryId ?? randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', push.secret).update(body).digest('hex')}`,
    },
    body,
  });
  return { status: response.status, body: (await response.json()) as IngressAnswer['body'] };
}
