import { defineEntity, p } from '@mikro-orm/core';
import { VectorType } from 'pgvector/mikro-orm';
import { serial, timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'DocChunk',
  tableName: 'doc_chunks',
  schema: 'audit',
  uniques: [{ name: 'doc_chunks_document_chunk_key', properties: ['document', 'chunk'] }],
  properties: {
    id: serial(),
    document: p.text(),
    chunk: p.integer(),
    content: p.text(),
    embedding: p.type(VectorType).length(3072).nullable(),
    createdAt: timeOfRow(),
  },
});

/** A piece of a document with its embedding. */
export class DocChunk extends schema.class {}
schema.setClass(DocChunk);
