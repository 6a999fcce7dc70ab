/**
 * Kleene's three truth values, as small integers so that the hot path stays monomorphic.
 * `UNKNOWN` means "this event could not say", never "probably not".
 */
export type Truth = 0 | 1 | 2

/** The three values. */
export const NO = 0
export const YES = 1
export const UNKNOWN = 2

/**
 * What a reader returns for a field that the event could not carry. Absence in an event that could
 * have carried the field is `undefined` instead: a test on it is false, and its negation true.
 */
export const CANNOT_TELL: unique symbol = Symbol('cannot tell')
export type CannotTell = typeof CANNOT_TELL

/** One value of a field. `null` is a value that was written as null. */
export type Scalar = string | number | boolean | null

/** What reading a field gives: a value, several, nothing (`undefined`), or "cannot tell". */
export type FieldValue = Scalar | readonly Scalar[] | undefined | CannotTell

/** No if either is no; unknown if one is unknown; else yes. */
export const and = (a: Truth, b: Truth): Truth =>
  a === NO || b === NO ? NO : a === UNKNOWN || b === UNKNOWN ? UNKNOWN : YES

/** Yes if either is yes; unknown if one is unknown; else no. */
export const or = (a: Truth, b: Truth): Truth =>
  a === YES || b === YES ? YES : a === UNKNOWN || b === UNKNOWN ? UNKNOWN : NO

/** The negation of unknown is unknown. */
export const not = (a: Truth): Truth => (a === UNKNOWN ? UNKNOWN : a === YES ? NO : YES)

/** The word for a truth value as reports and machine formats print it. */
export const wordFor = (truth: Truth): 'match' | 'no match' | 'cannot tell' =>
  truth === YES ? 'match' : truth === NO ? 'no match' : 'cannot tell'
