export const LEAD_COLUMNS = [
  'email',
  'first_name',
  'last_name',
  'company',
  'country',
  'source',
  'created_at',
] as const;

const COMPANIES = 5_000;
const COUNTRIES = ['DE', 'AT', 'US', 'IN', 'GB', 'FR', 'BR'];

/** One lead's cells, in the order of LEAD_COLUMNS; no two alike. */
export function leadCells(index: number): readonly string[] {
  const company = index % COMPANIES;
  return [
    `lead${String(index)}@company${String(company)}.example`,
    `First${String(index)}`,
    `Last${String(index % 997)}`,
    `Company ${String(company)}`,
    COUNTRIES[index % COUNTRIES.length] ?? '',
    index % 2 === 0 ? 'website' : 'newsletter',
    `2026-01-${String((index % 28) + 1).padStart(2, '0')}T10:00:00Z`,
  ];
}
