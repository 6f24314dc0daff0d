import { foldCase } from '../model/case-folding.ts'
import { joinName, splitName } from '../model/conflict/numbered-path.ts'
import { maxSegmentBytes } from '../model/path.ts'

/** Space for the number of a name. An archive has at most 10,000 files, and each takes one number. */
const numberBytes = ' (20000)'.length

/** Characters that Windows does not allow in a name. Paths of the workspace have no others that a file system refuses. */
const reservedCharacters = /[<>:"|?*]/g
const deviceName = /^(?:aux|com[\d¹²³]|con|conin\$|conout\$|lpt[\d¹²³]|nul|prn)(?= *(?:\.|$))/i

/**
 * Names of the entries of one archive. Each is relative, without `..`, and can be created on every system: characters and names
 * that Windows reserves are replaced by `_`, and of two names that differ only in case the second gets a number. A file and a
 * folder of one name are separated in the same way. Other characters stay, in every script.
 */
export class ArchiveNames {
  /** All names of the archive, case-folded. */
  readonly #taken = new Set<string>()
  /** The next number for each stem and ending, case-folded. Names that end in numbers share it, so no number is tried twice. */
  readonly #numbers = new Map<string, number>()
  readonly #folders = new Map<string, string>()
  /** Folders of the archive, case-folded. */
  readonly #folderKeys = new Set<string>()

  /** The name of the entry for a path without a leading slash. Each call claims a new name. */
  nameOf(path: string): string {
    const end = path.lastIndexOf('/') + 1
    return this.#claim(this.#folderOf(path.slice(0, end)), safeName(path.slice(end)))
  }

  /** The folder of the archive for a folder of the workspace. Both end in `/`, or are empty. */
  #folderOf(folder: string): string {
    if (folder === '') return ''
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const end = folder.lastIndexOf('/', folder.length - 2) + 1
    const parent = this.#folderOf(folder.slice(0, end))
    const name = safeName(folder.slice(end, -1))
    const key = foldCase(parent + name)
    const claimed = this.#folderKeys.has(key) ? parent + name : this.#claim(parent, name)
    this.#folderKeys.add(foldCase(claimed))
    this.#folders.set(folder, `${claimed}/`)
    return `${claimed}/`
  }

  #claim(parent: string, name: string): string {
    if (this.#take(parent + name)) return parent + name
    const { stem, ending } = splitName(name)
    const short = joinName(stem, '', maxSegmentBytes - Buffer.byteLength(ending) - numberBytes)
    const key = foldCase(`${parent}${short}/${ending}`)
    for (let number = this.#numbers.get(key) ?? 2; ; number++) {
      const numbered = `${parent}${short} (${number})${ending}`
      this.#numbers.set(key, number + 1)
      if (this.#take(numbered)) return numbered
    }
  }

  /** Returns false if another entry has the name. */
  #take(name: string): boolean {
    const key = foldCase(name)
    if (this.#taken.has(key)) return false
    this.#taken.add(key)
    return true
  }
}

function safeName(name: string): string {
  const safe = name.replace(reservedCharacters, '_')
  const device = deviceName.test(safe) ? '_' : ''
  return device + withoutTail(safe)
}

/** Replaces each dot and space at the end, which Windows drops, by `_`. */
function withoutTail(name: string): string {
  let end = name.length
  while (end > 0 && /[ .]/.test(name.charAt(end - 1))) end -= 1
  return name.slice(0, end) + '_'.repeat(name.length - end)
}
