/**
 * How many examples a property is tried with. The mutation tests (test/mutation) hold a property to thousands of changed programs, and
 * ask for a share of its examples; nobody else does.
 */
export function runs(count: number): number {
  return Math.ceil(count / Number(process.env['HEADGATE_PROPERTY_DIVISOR'] ?? 1));
}
