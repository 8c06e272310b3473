import type { Value } from '../../yaml/index.ts';

type Fields = { [key: string]: Value };

export const thingPath = '/apis/validator.example.com/v1/namespaces/default/things/specimen';

/** A definition that uses what structural schemas have. */
export const thingDefinition: Fields = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.validator.example.com' },
  spec: {
    group: 'validator.example.com',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['size', 'mode'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 10 },
                  ratio: { type: 'number' },
                  mode: { type: 'string', default: 'a', enum: ['a', 'b'] },
                  name: { type: 'string', minLength: 2, maxLength: 4 },
                  on: { type: 'boolean' },
                  port: { 'x-kubernetes-int-or-string': true },
                  open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  set: {
                    type: 'array',
                    'x-kubernetes-list-type': 'set',
                    maxItems: 3,
                    items: { type: 'string' },
                  },
                  ports: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, value: { type: 'integer' } },
                    },
                  },
                  embedded: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                },
              },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
};

const spec = {
  size: 3,
  ratio: 0.5,
  mode: 'b',
  name: 'abc',
  on: true,
  port: 'http',
  open: { x: [1, { y: null }] },
  labels: { a: 'b' },
  set: ['a', 'b'],
  ports: [{ name: 'a', value: 1 }, { name: 'b' }],
  embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, any: 1 },
};

const thing = (changes: Fields): Fields => ({
  apiVersion: 'validator.example.com/v1',
  kind: 'Thing',
  metadata: { name: 'specimen' },
  spec: { ...spec, ...changes },
});

/** A valid object, then one after the other with something that matters. */
export const customObjects: readonly Fields[] = [
  thing({}),
  thing({ port: 80 }),
  thing({ port: 1.5 }),
  thing({ mode: null }),
  thing({ mode: '' }),
  thing({ mode: 'c' }),
  thing({ size: 0 }),
  thing({ size: 11 }),
  thing({ size: 2.5 }),
  thing({ size: null }),
  thing({ name: 'a' }),
  thing({ name: 'abcde' }),
  thing({ name: '😀😀😀😀' }),
  thing({ on: 'true' }),
  thing({ set: ['a', 'a'] }),
  thing({ set: ['a', 'b', 'c', 'd'] }),
  thing({ ports: [{ name: 'a' }, { name: 'a' }] }),
  thing({ ports: [{ value: 1 }] }),
  thing({ labels: { a: 1 } }),
  thing({ unknown: 1 }),
  thing({ embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 1 } } }),
];
