/** The forms that a language has for a number of things. */

export type Forms = { readonly other: string } & { readonly [Form in Intl.LDMLPluralRule]?: string };

/** Return a function that picks the form for a count by the rules of ``language``. */
export function pluralOf(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}
