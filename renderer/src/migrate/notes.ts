import { LineCounter } from 'yaml';

/** One line of the report of a migration. */
export interface MigrationNote {
  /** `person`: somebody must decide or do something; `changed`: done, worth knowing. */
  kind: 'person' | 'changed';
  /** The old file the note is about. */
  file: string;
  line?: number;
  column?: number;
  /** Where in the old document, such as `services[2].overlays`. */
  path?: string;
  /** What was found and why it cannot stay. */
  message: string;
  /** What to do, or what was done. */
  action: string;
}

/** A place in an old file. */
export interface OldPlace {
  offset?: number | undefined;
  path?: string;
}

/** Collects the notes about one old file; each is said once. */
export class Notes {
  readonly #found = new Map<string, MigrationNote>();
  readonly #lines = new LineCounter();
  readonly #file: string;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#lines.lineStarts.push(0);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
      this.#lines.lineStarts.push(at + 1);
  }

  /** The place as a report names it. */
  positionOf(offset: number): { file: string; line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line, column: col };
  }

  person(place: OldPlace, message: string, action: string): void {
    this.#add('person', place, message, action);
  }

  changed(place: OldPlace, message: string, action: string): void {
    this.#add('changed', place, message, action);
  }

  /** Every note, in the order of the old file. */
  all(): MigrationNote[] {
    return [...this.#found.values()].toSorted(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
  }

  #add(kind: MigrationNote['kind'], place: OldPlace, message: string, action: string): void {
    const position = place.offset === undefined ? {} : this.positionOf(place.offset);
    const note: MigrationNote = {
      kind,
      file: this.#file,
      ...position,
      ...(place.path === undefined ? {} : { path: place.path }),
      message,
      action,
    };
    this.#found.set(JSON.stringify([kind, note.path ?? note.line, message]), note);
  }
}
