import { expect } from 'chai';
import { expressionsIn, parseExpression } from './expression.ts';
import { checkWorkflows, isWorkflow } from './workflows.ts';

const head = 'on: pull_request\npermissions: {}\n';
const rulesOf = (text: string, path = '.github/workflows/a.yml'): string[] =>
  checkWorkflows([{ path, text }]).map(({ line, rule }) => `${line} ${rule}`);
const step = (line: string) => `${head}jobs:\n  a:\n    steps:\n      - ${line}\n`;
const condition = (expression: string) => rulesOf(step(`if: ${expression}`));

describe('the check of workflows', () => {
  it('finds workflows and actions wherever they are shipped from', () => {
    for (const path of [
      '.github/workflows/a.yml',
      'gitops-repo-template/.github/workflows/state.yaml',
      'action.yml',
      '.github/actions/diff/action.yaml',
    ])
      expect([path, isWorkflow(path)]).to.deep.equal([path, true]);
    for (const path of ['services.yaml', 'reaction.yml', '.github/dependabot.yml'])
      expect([path, isWorkflow(path)]).to.deep.equal([path, false]);
  });

  it('lets labels be compared with vars.* alone', () => {
    const labels = 'github.event.pull_request.labels.*.name';
    for (const expression of [
      `contains(${labels}, vars.CODEXK8S_LABEL)`,
      `"!contains( ${labels} , vars['CODEXK8S_LABEL'] ) && github.actor != 'x'"`,
      `vars.CODEXK8S_LABEL == github.event.label.name`,
      `\${{ github.event.label.name == vars.CODEXK8S_LABEL }}`,
    ])
      expect([expression, condition(expression)]).to.deep.equal([expression, []]);
    for (const expression of [
      `contains(${labels}, 'deploy')`,
      `github.event.label.name == 'deploy'`,
      `"'deploy' == github.event.label.name"`,
      `startsWith(github.event.label.name, 'run:')`,
      `contains(fromJSON('["a"]'), github.event.label.name)`,
      `github.event.label.name == format('{0}', vars.CODEXK8S_LABEL)`,
      `github.event['label'].name == 'deploy'`,
      `contains(toJSON(github.event.issue.labels), 'deploy')`,
      `contains(toJSON(github.event), 'deploy')`,
      `(github.event.pull_request).labels[0].name == 'x'`,
      `github.event.label.name`,
      `"(github.event.label.name || 'x') == vars.CODEXK8S_LABEL"`,
    ])
      expect([expression, condition(expression)]).to.deep.equal([expression, ['6 workflow-label']]);
  });

  it('lets no label out to where it could be compared unseen', () => {
    expect(
      rulesOf(`${head}env:\n  CODEXK8S_L: \${{ github.event.label.name }}\njobs: {}\n`),
    ).to.deep.equal(['4 workflow-label']);
    expect(rulesOf(step('run: jq .pull_request.labels "$GITHUB_EVENT_PATH"'))).to.deep.equal([
      '6 workflow-label',
    ]);
  });

  it('lets variables and secrets have names of ours alone', () => {
    expect(
      rulesOf(
        `${head}env:\n  CODEXK8S_A: \${{ secrets.CODEXK8S_KEY }}\n  B: \${{ vars.FLAG }}\njobs:\n  a:\n    env: { C: 1 }\n    steps:\n      - with: { token: '\${{ secrets.GITHUB_TOKEN }}', all: '\${{ toJSON(secrets) }}' }\n      - with: { key: '\${{ secrets[inputs.name] }}' }\n`,
      ),
    ).to.deep.equal([
      '5 workflow-name',
      '5 workflow-name',
      '8 workflow-name',
      '10 workflow-name',
      '11 workflow-name',
    ]);
    const script = (text: string) => rulesOf(step(`run: ${text}`));
    expect(script('echo "$CODEXK8S_A ${GITHUB_SHA} $HOME"; FILE=x; cat "$FILE" $1')).to.deep.equal(
      [],
    );
    expect(script('for FILE in *; do echo "$FILE"; done')).to.deep.equal([]);
    expect(script('npx "$CLI"')).to.deep.equal(['6 workflow-name']);
    expect(script('node -e "process.env.TOKEN"')).to.deep.equal(['6 workflow-name']);
  });

  it('lets nothing be written into a script', () => {
    expect(rulesOf(step('run: echo ${{ github.event.pull_request.title }}'))).to.deep.equal([
      '6 workflow-injection',
    ]);
    expect(rulesOf(step('run: echo ${{ github.sha }}'))).to.deep.equal(['6 workflow-injection']);
  });

  it('asks for permissions, and refuses the trigger that trusts strangers', () => {
    expect(rulesOf('on: push\njobs: {}\n')).to.deep.equal(['1 workflow-permissions']);
    expect(rulesOf('name: a\nruns: {}\n', 'action.yml')).to.deep.equal([]);
    for (const on of [
      'pull_request_target',
      '[push, pull_request_target]',
      '{ pull_request_target: {} }',
    ])
      expect(rulesOf(`on: ${on}\npermissions: {}\n`)).to.deep.equal(['1 workflow-trigger']);
  });

  it('says what it cannot read instead of letting it pass', () => {
    expect(condition('github.actor ==')).to.deep.equal(['6 workflow-expression']);
    expect(condition('github.actor = 1')).to.deep.equal(['6 workflow-expression']);
    expect(rulesOf('on: [push\n').map((found) => found.slice(2))).to.include('workflow-yaml');
  });
});

describe('expressions of workflows', () => {
  it('are parsed by precedence', () => {
    const shape = (text: string) => JSON.stringify(parseExpression(text));
    expect(shape("a || b && c == 'd'")).to.equal(shape("a || (b && (c == 'd'))"));
    expect(shape('!a == b')).to.equal(shape('(!a) == b'));
    expect(parseExpression("A.b[0].*['c d']")).to.deep.equal({
      kind: 'reference',
      parts: ['a', 'b', '0', '*', 'c d'],
      inner: [],
    });
  });

  it('are found in texts, with strings that look like an end', () => {
    expect(expressionsIn("a ${{ x }} b ${{ '}}' == y }}")).to.deep.equal([' x ', " '}}' == y "]);
  });
});
