/** One public holiday of a country. */
export interface CountryHoliday {
  /** YYYY-MM-DD, of the calendar there. */
  readonly day: string;
  readonly name: string;
}
