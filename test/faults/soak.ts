/** The long version of a number for `npm run soak`, which sets SOAK=1; else the short one. */
export const soak = (short: number, long: number): number =>
  process.env.SOAK === '1' ? long : short
