/**
 * A text that is none of those taken: the first preferred one that is free, else one made up.
 * `isTaken` holds for finitely many texts.
 */
export const fresh = (preferred: readonly string[], isTaken: (text: string) => boolean): string => {
  const free = preferred.find((text) => !isTaken(text))
  if (free !== undefined) return free
  for (let text = `${preferred[0] ?? 'other'}-x`; ; text += 'x') if (!isTaken(text)) return text
}
