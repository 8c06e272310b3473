import { expect } from 'chai';
import { describeConfig, readConfig } from './config.ts';

describe('the configuration', () => {
  it('is whole without a single variable', () => {
    const config = readConfig({}, {});
    expect(config.role).to.equal('all');
    expect(config.publicListen).to.match(/^127\.0\.0\.1:/);
    expect(config.webhookMaxBodyBytes).to.equal(1_048_576);
  });

  it('names the variable whose value has the wrong shape', () => {
    expect(() => readConfig({}, { CODEXK8S_WORK_LEASE_MS: 'soon' })).to.throw(
      /CODEXK8S_WORK_LEASE_MS/,
    );
    expect(() => readConfig({}, { CODEXK8S_ROLE: 'king' })).to.throw(/CODEXK8S_ROLE/);
  });

  it('refuses a misspelt setting instead of ignoring it', () => {
    expect(() => readConfig({}, { CODEXK8S_DATABSE_URL: 'postgres://x' })).to.throw(
      /CODEXK8S_DATABSE_URL/,
    );
  });

  it('refuses several processes over the embedded database', () => {
    expect(() => readConfig({ role: 'api' }, {})).to.throw(/CODEXK8S_DATABASE_URL|PostgreSQL/);
  });

  it('is printed without its secrets', () => {
    const config = readConfig({}, { CODEXK8S_DATABASE_URL: 'postgres://u:canary@h/d' });
    expect(JSON.stringify(describeConfig(config))).not.to.contain('canary');
  });
});
