/** What a new password still lacks, while it is typed. The server decides by the same rules (platform/auth/password.ts). */

export const lengthMin = 12
const longEnoughAlone = 20

export type PasswordCheck = { readonly rule: 'length' | 'classes' | 'name' | 'variety'; readonly met: boolean }

export function passwordChecks(password: string, name: string): readonly PasswordCheck[] {
  const text = password.normalize('NFKC')
  const characters = [...text]
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((one) => one.test(text)).length
  return [
    { rule: 'length', met: characters.length >= lengthMin },
    { rule: 'classes', met: classes >= 3 || characters.length >= longEnoughAlone },
    { rule: 'variety', met: new Set(characters).size >= 5 },
    { rule: 'name', met: text.length > 0 && !(name.length >= 3 && text.toLowerCase().includes(name.toLowerCase())) },
  ]
}
