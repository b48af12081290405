/** What a person should know about a run: an annotation, and a line of the summary. */
export interface Note {
  /** An error fails the step. */
  readonly level: "error" | "warning";
  /** Our own words, plain text. */
  readonly title: string;
  /** Markdown: our own words, foreign text in code spans only. May have several lines. */
  readonly message: string;
}
