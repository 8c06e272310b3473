import { stackText } from '../render-texts.ts';
import { service, stack, type Mistake } from './parts.ts';

export const contractMistakes: readonly Mistake[] = [
  {
    name: 'a component that does not exist',
    files: stack(
      service('      use: [defalts]\n').replace(
        'services:',
        'components:\n    - { name: defaults, serviceDefaults: {} }\n  services:',
      ),
    ),
    expected: ['services.yaml:13:13 CK-R-015 there is no component "defalts"'],
    fix: [{ from: 'defalts', to: 'defaults' }],
  },
  {
    name: 'two services of one name in one file',
    files: stack(`${service('')}    - name: web\n      codeUpdateStrategy: rebuild\n`),
    expected: ['services.yaml:11:13 CK-R-016 spec.services has two items named web'],
    fix: [
      {
        from: '    - name: web\n      codeUpdateStrategy: rebuild\n    - name: web',
        to: '    - name: api\n      codeUpdateStrategy: rebuild\n    - name: web',
      },
    ],
  },
  {
    name: 'unknown fields at every depth, all at once',
    files: stack(
      `  image: {}\n${service('      wrokload: {}\n      workload: { image: web, port: 80 }\n')}`,
    ),
    expected: [
      'services.yaml:8:3 CK-R-020 unknown field image',
      'services.yaml:12:7 CK-R-020 unknown field wrokload',
      'services.yaml:13:31 CK-R-020 unknown field port',
    ],
  },
  {
    name: 'missing fields',
    files: stack(
      '  images:\n    web: { type: build }\n  services:\n    - name: web\n      workload: {}\n',
    ),
    expected: [
      'services.yaml:9:10 CK-R-021 repository is missing',
      'services.yaml:11:7 CK-R-021 codeUpdateStrategy is missing',
      'services.yaml:12:17 CK-R-021 the workload names no image',
    ],
  },
  {
    name: 'a field that neither the service nor its components give',
    files: stack(
      '  components: [{ name: base, serviceDefaults: {} }]\n  services:\n    - name: web\n      use: [base]\n',
    ),
    expected: [
      'services.yaml:10:7 CK-R-021 service web has no codeUpdateStrategy, neither of its own nor from a component',
    ],
    fix: [
      {
        from: '      use: [base]\n',
        to: '      use: [base]\n      codeUpdateStrategy: rebuild\n',
      },
    ],
  },
  {
    name: 'values of the wrong type',
    files: stack(
      '  versions: { web: 1.10 }\n  imports: {}\n'.replace('  imports: {}\n', '') +
        service('      dependsOn: db\n'),
    ),
    expected: [
      'services.yaml:8:20 CK-R-022 web must be string, not number 1.1',
      'services.yaml:12:18 CK-R-022 dependsOn must be array, not string "db"',
    ],
    fix: [
      { from: 'web: 1.10', to: "web: '1.10'" },
      { from: 'dependsOn: db', to: 'dependsOn: [db]' },
    ],
  },
  {
    name: 'values that are not allowed',
    files: stack(
      service('      prune: never\n')
        .replace('name: web', 'name: Web')
        .replace('rebuild', 'rebuld'),
    ),
    expected: [
      'services.yaml:9:13 CK-R-023 name cannot be "Web"',
      'services.yaml:10:27 CK-R-023 codeUpdateStrategy must be one of hot-reload, rebuild, restart',
      'services.yaml:11:14 CK-R-023 prune must be one of before, afterApply, afterHealthy',
    ],
  },
  {
    name: 'a name that is not allowed as a key',
    files: { 'services.yaml': stackText('  environments:\n    Dev: {}\n') },
    expected: ['services.yaml:7:5 CK-R-023 the name "Dev" is not allowed'],
    fix: [{ from: 'Dev: {}', to: 'dev: {}' }],
  },
  {
    name: 'a template where none is executed',
    files: stack(service('').replace('name: web', 'name: "{{ .Env }}"')),
    expected: ['services.yaml:9:13 CK-R-024 templates are not executed here'],
    fix: [{ from: 'name: "{{ .Env }}"', to: 'name: web' }],
  },
];
