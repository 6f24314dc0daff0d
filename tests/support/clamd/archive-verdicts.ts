import { eicar } from '../files/eicar.ts'
import { oddZip, type OddEntry } from '../files/odd-zip.ts'
import { eicarThreat } from './clamd.ts'

/** Verdicts of a scanner for archives with the EICAR test file, archives that it cannot look into, and harmless ones. */
export const infected = { verdict: 'infected', threat: eicarThreat }
export const unsupported = { verdict: 'unscannable', reason: 'unsupported-archive' }
export const clean = { verdict: 'clean' }

export const malicious = (entry: OddEntry = {}) => oddZip('eicar.com', eicar(), entry)
export const innocent = (entry: OddEntry = {}) =>
  oddZip('notes.txt', Buffer.from('innocent'), entry)
