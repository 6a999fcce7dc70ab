import { LIMIT } from '../../base/limit.ts'

/** What `statfs` says of a file system, as far as it is asked. */
export interface DiskStatistics {
  readonly blocks: number
  readonly bfree: number
  /** Free blocks that we may use, less than `bfree` where some are kept for root. */
  readonly bavail: number
}

/** How full a disk is, and what follows: warn somebody, or take nothing more. */
export interface DiskUse {
  /** Of what we may use, from 0 to 1. */
  readonly fraction: number
  readonly state: 'ok' | 'warn' | 'stop'
}

/** How full a disk is. */
export const diskUse = ({ blocks, bfree, bavail }: DiskStatistics): DiskUse => {
  const used = blocks - bfree
  const usable = used + bavail
  // A file system that says nothing of its size, as some network ones do, is not called full.
  const fraction = usable <= 0 ? 0 : used / usable
  const percent = fraction * 100
  const state =
    percent >= LIMIT.diskStopPercent ? 'stop' : percent >= LIMIT.diskWarnPercent ? 'warn' : 'ok'
  return { fraction, state }
}
