import { expect } from 'chai';
import { createMetricsRegistry } from '../metrics/index.ts';
import { createProbeServer } from './probe-server.ts';

describe('the probes of a role without staff routes', () => {
  const installToken = 'an-install-token-of-thirty-two-characters-or-more';
  let ready = false;
  const server = createProbeServer({
    readiness: () => [{ name: 'database', ready }],
    registry: createMetricsRegistry(),
    installToken,
  });
  let url: string;
  before(async () => {
    ({ url } = await server.listen({ host: '127.0.0.1', port: 0 }));
  });
  after(() => server.close());

  it('tell that the process lives, and whether its parts are ready', async () => {
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    expect((await fetch(`${url}/readyz`)).status).to.equal(503);
    ready = true;
    expect((await fetch(`${url}/readyz`)).status).to.equal(200);
  });

  it('give metrics to the bearer of the install token alone', async () => {
    expect((await fetch(`${url}/metrics`)).status).to.equal(401);
    const answer = await fetch(`${url}/metrics`, {
      headers: { authorization: `Bearer ${installToken}` },
    });
    expect(await answer.text()).to.contain('process_cpu_user_seconds_total');
  });

  it('serve nothing else', async () => {
    expect((await fetch(`${url}/api/v1/staff/runs`)).status).to.equal(404);
  });

  it('refuse an address that others can reach', () => {
    expect(() => server.listen({ host: '0.0.0.0', port: 0 })).to.throw(/loopback/);
  });
});
