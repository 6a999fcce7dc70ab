import type { IssueTable } from '../base/issue.ts'

/** What can be wrong with files and archives. What could be read of them is used. */
export const SOURCE_ISSUES: IssueTable = {
  'source/missing': {
    about: 'A path does not exist, or a glob matches nothing.',
    remedy: 'Check the path.',
    severity: 'error',
  },
  'source/empty-folder': {
    about: 'A folder holds no file.',
    remedy: 'Check the path.',
    severity: 'warning',
  },
  'source/unreadable': {
    about: 'A file or folder cannot be read.',
    remedy: 'Check the permissions and the disk.',
    severity: 'error',
  },
  'source/not-a-file': {
    about: 'A FIFO, socket or device is passed over: reading it could last forever.',
    remedy: 'Pipe it to the standard input and give `-`.',
    severity: 'warning',
  },
  'source/symlink-loop': {
    about: 'A link leads to a folder that is being walked already.',
    remedy: 'Nothing to do: the folder is read once.',
    severity: 'warning',
  },
  'source/given-twice': {
    about: 'A file is reached by two paths and read once, under the first.',
    remedy: 'Nothing to do.',
    severity: 'warning',
  },
  'source/rotated-twice': {
    about: 'A rotated log is there both plain and compressed; only the plain one is read.',
    remedy: 'Nothing to do: rotation was interrupted. Compare them if the plain one is damaged.',
    severity: 'warning',
  },
  'source/name-unused': {
    about: 'The glob of a --source matches no input.',
    remedy: 'Check the glob: it is compared with the paths as they are shown.',
    severity: 'warning',
  },
  'source/cut-short': {
    about: 'A compressed file ends too early. What came before is used.',
    remedy: 'Copy the file again; it may have been copied while it was being written.',
    severity: 'error',
  },
  'source/broken-compression': {
    about: 'Compressed data is damaged, or followed by something else. What came before is used.',
    remedy: 'Copy the file again.',
    severity: 'error',
  },
  'source/bomb': {
    about: 'A compressed file grows beyond all measure. Reading it stopped there.',
    remedy: 'Decompress it yourself if you trust it.',
    severity: 'error',
  },
  'source/broken-archive': {
    about: 'A tar archive is damaged or ends too early. The members before are used.',
    remedy: 'Copy the file again.',
    severity: 'error',
  },
  'source/passed-over': {
    about: 'Members of an archive that hold no log: links, devices, headers of recorded requests.',
    remedy: 'Nothing to do.',
    severity: 'warning',
  },
  'source/record-too-long': {
    about: 'A record is longer than is read; it is skipped, and what follows is used.',
    remedy: 'Look at the bytes at that place: an honest event is never so long.',
    severity: 'error',
  },
}
