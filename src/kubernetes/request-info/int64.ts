/**
 * Whether Go reads the text as a signed number of 64 bits. Upstream: strconv.ParseInt(s, 10, 64).
 */
export const isInt64 = (text: string): boolean => {
  if (!/^[+-]?\d{1,1000}$/.test(text)) return false
  const value = BigInt(text.replace('+', ''))
  return value >= -(2n ** 63n) && value < 2n ** 63n
}
