/** Something that a person should know although nothing failed. Becomes an annotation and a line of the summary. */
export interface Warning {
  /** A few words of our own. */
  readonly title: string;
  /** Markdown: our own words, with foreign text in code spans only. May have several lines. */
  readonly message: string;
}
