/** The page that says which rules rendered objects are held against, and how heavy each weighs. */
import { codes } from '../../renderer/src/diagnostics/index.ts';
import { policies } from '../../renderer/src/policies/index.ts';

const waiver = `spec:
  policies:
    waivers:
      - rule: host-path
        unit: node-logs
        object: DaemonSet/node-logs # optional
        environments: [production] # optional; default: all
        reason: It reads the logs of the node; agreed with the cluster team
        until: 2027-01-31 # optional, shown with the finding
`;

export function policiesPage(notice: string): string {
  const rows = policies.map(({ name, severity }) => {
    const { dev, slot, staging, production } = severity;
    const { code, title } = codes[name];
    return `| \`${name}\` | ${code} | ${title} | ${dev} | ${slot} | ${staging} | ${production} |\n`;
  });
  const sections = policies.map(
    ({ name }) => `## ${name}\n\n${codes[name].title}. ${codes[name].hint}\n`,
  );
  return `${notice}# Policies

Every rendered object – of typed workloads, manifests, charts and kustomizations – is held against
these rules. How heavy a finding weighs depends on the environment: \`dev\` is one named dev,
development, local or test; \`slot\` is any environment rendered for a slot; \`production\` is one that is
\`protected: true\` or named production; \`staging\` is every other one. \`off\`: nothing is said there.

| rule | code | what it finds | dev | slot | staging | production |
|---|---|---|---|---|---|---|
${rows.join('')}
What is known and accepted is waived in the file, with a reason. It stays listed as an information;
a waiver that nothing needs is a warning.

\`\`\`yaml
${waiver}\`\`\`

What the API server itself would refuse – unknown fields, wrong types, missing fields, APIs that are
gone – is an error in every environment and cannot be waived. Objects are checked against the
Kubernetes version of \`spec.kubernetes.version\`, or the one the caller names.

${sections.join('\n')}`;
}
