/**
 * Why a lead gets mail, in one sentence that is true whoever filled the form in (CASL; GDPR Art. 14(2)(f)). An operator
 * who knows better says so with `reason` in brand.toml. `brandName` is shown as it is.
 */
export function contactReason(brandName: string, lead: { readonly formId: string | null }): string {
  return lead.formId === null
    ? `You get this mail because your address is on the contact list of ${brandName}.`
    : `You get this mail because your address was entered in a form of ${brandName}.`;
}
