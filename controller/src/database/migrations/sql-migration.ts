import { Migration } from '@mikro-orm/migrations';

/** A migration that is a list of SQL statements: PGlite takes one statement at a time. */
export abstract class SqlMigration extends Migration {
  /** Applied in this order. */
  protected abstract readonly steps: readonly string[];
  /** Takes them back, in this order. */
  protected abstract readonly undo: readonly string[];

  override up(): void {
    this.#add(this.steps);
  }

  override down(): void {
    this.#add(this.undo);
  }

  #add(statements: readonly string[]): void {
    // An index over a large table takes as long as it takes.
    this.addSql('set local statement_timeout = 0');
    for (const statement of statements) this.addSql(statement);
  }
}
