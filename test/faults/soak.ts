/** The long version for `npm run soak`, which sets SOAK=1; else the short one. */
export const soak = <T>(short: T, long: T): T => (process.env.SOAK === '1' ? long : short)

/** How long one test may take: a minute, or two hours. */
export const SOAK_MS_MAX: number = soak(60_000, 7_200_000)
