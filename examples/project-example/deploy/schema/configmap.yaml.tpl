# Named by its version: a new version is a new object, and a new run of the migration.
apiVersion: v1
kind: ConfigMap
metadata:
  name: chat-schema-{{ .Versions.schema }}
data:
  schema.sql: |
    \set api_password `echo "$API_PASSWORD"`
    create schema if not exists chat;
    create table if not exists chat.messages (
      id bigint generated always as identity primary key,
      author text not null,
      body text not null,
      sent_at timestamptz not null default now()
    );
    create index if not exists messages_sent_at on chat.messages (sent_at);
    select 'create role api noinherit login' where not exists
      (select from pg_roles where rolname = 'api') \gexec
    alter role api password :'api_password';
    grant usage on schema chat to api;
    grant select, insert on chat.messages to api;
