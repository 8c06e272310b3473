import { service, stack, type Mistake } from './parts.ts';

export const contextMistakes: readonly Mistake[] = [
  {
    name: 'an environment that does not exist',
    files: stack(''),
    inputs: { environment: 'prod' },
    expected: ['services.yaml:7:5 CK-R-030 there is no environment prod'],
  },
  {
    name: 'an environment made from one that does not exist',
    files: stack('    production: { from: staging }\n'),
    expected: [
      'services.yaml:8:25 CK-R-030 environment production is made from staging, which does not exist',
    ],
    fix: [
      {
        from: '    production: { from: staging }',
        to: '    staging: {}\n    production: { from: staging }',
      },
    ],
  },
  {
    name: 'environments that inherit in a circle',
    files: stack('    a: { from: b }\n    b: { from: a }\n'),
    expected: [
      'services.yaml:8:16 CK-R-031 environments inherit in a circle: b -> a -> b',
      'services.yaml:9:16 CK-R-031 environments inherit in a circle: a -> b -> a',
    ],
    fix: [{ from: '    b: { from: a }', to: '    b: {}' }],
  },
  {
    name: 'an environment for slots without a slot',
    files: stack('    ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }\n'),
    inputs: { environment: 'ai' },
    expected: ['services.yaml:8:30 CK-R-032 environment ai is for slots'],
  },
  {
    name: 'a template that cannot be parsed, at its character',
    files: stack('  versions:\n    web: "v{{ nope .Env }}"\n'),
    expected: ['services.yaml:9:15 CK-R-040 function "nope" not defined'],
    fix: [{ from: '{{ nope .Env }}', to: '{{ toLower .Env }}' }],
  },
  {
    name: 'a template that fails, at its expression, inside a literal block too',
    files: stack(
      service(
        '      workload:\n        image: web\n        args:\n          - |\n            first\n            {{ .Vars.x }}\n  images: { web: { from: nginx } }\n',
      ),
    ),
    expected: ['services.yaml:16:16 CK-R-041 .Vars has no entry "x": it is empty'],
    fix: [{ from: '  images:', to: '  vars: { x: {} }\n  images:' }],
  },
  {
    name: 'a template that does not end',
    files: stack(service('      when: "{{ range 999999 }}{{ range 999999 }}{{ end }}{{ end }}"\n')),
    expected: ['services.yaml:11:32 CK-R-042 the template takes more than 200000 steps'],
    fix: [
      {
        from: '{{ range 999999 }}{{ range 999999 }}{{ end }}{{ end }}',
        to: '{{ eq .Env `dev` }}',
      },
    ],
  },
  {
    name: 'a variable that is not declared',
    files: stack(
      '    x: { vars: { replica: 3 } }\n  vars: { replicas: {} }\n  versions: { web: "{{ envOr `TAG` `1` }}" }\n',
    ),
    inputs: { environment: 'x' },
    expected: [
      'services.yaml:8:18 CK-R-043 the variable replica is not declared',
      'services.yaml:10:24 CK-R-043 the variable TAG is not declared',
    ],
  },
  {
    name: 'a value for a variable that is not declared',
    files: stack(''),
    inputs: { vars: { replicas: '3' } },
    expected: ['CK-R-044 this stack declares no variable replicas'],
  },
  {
    name: 'a required variable without a value',
    files: stack('  vars:\n    domain: { required: true }\n'),
    expected: ['services.yaml:9:5 CK-R-045 the variable domain has no value in environment dev'],
    fix: [{ from: '{ required: true }', to: '{ required: true, default: shop.example.com }' }],
  },
  {
    name: 'a value of the wrong type for a variable',
    files: stack('  vars:\n    replicas: { type: integer, default: many }\n'),
    expected: [
      'services.yaml:9:41 CK-R-046 the variable replicas is of type integer; "many" is not',
    ],
    fix: [{ from: 'default: many', to: 'default: 3' }],
  },
  {
    name: 'labels of an environment that cannot be',
    files: stack('    eu: { labels: { a: "{{ .Env }}!", codex-k8s.dev/unit: b } }\n'),
    inputs: { environment: 'eu' },
    expected: [
      'services.yaml:8:24 CK-R-047 the label a would be "eu!"',
      'services.yaml:8:39 CK-R-064 the label codex-k8s.dev/unit belongs to the platform',
    ],
    fix: [{ from: '"{{ .Env }}!"', to: '"{{ .Env }}"' }],
  },
  {
    name: 'a namespace that is no name',
    files: stack('    eu: { namespaceTemplate: "{{ .Project }}_{{ .Env }}" }\n'),
    inputs: { environment: 'eu' },
    expected: ['services.yaml:8:30 CK-R-050 the namespace would be "shop_eu"'],
    fix: [{ from: '{{ .Project }}_{{ .Env }}', to: '{{ .Project }}-{{ .Env }}' }],
  },
  {
    name: 'the platform without its production namespace',
    files: stack('    production: { namespaceTemplate: "{{ .Project }}-prod" }\n', 'codex-k8s'),
    expected: [
      'services.yaml:8:38 CK-R-051 environments.production.namespaceTemplate must be "{{ .Project }}-production"',
      'services.yaml:8:38 CK-R-051 namespaceOverrides must map codex-k8s-production to codex-k8s-prod',
    ],
  },
];
