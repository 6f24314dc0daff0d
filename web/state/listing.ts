import { computed, signal } from '@preact/signals'
import type { Route } from './route.ts'
import { sorted, type Order, type Row } from './rows.ts'
import { queriesOf, readPage, type Place } from './source.ts'

/** Up to this number a list can be sorted: the sort of more by name takes the page seconds. */
const sortableRows = 10_000
/** Up to this number the list of a folder is loaded to its end at once, so that the scrollbar has its whole length. */
const mostRows = 100_000
/** Up to this number a list is one page, and is read again after a change. */
const shortRows = 1000
/** Rows that are loaded before they come into sight. */
const ahead = 2000

/**
 * The rows of a view, as far as they are known. Cursors only go forward, so pages are loaded one after the other, and never much
 * further than somebody looks.
 */
export class Listing {
  readonly route: Route
  readonly error = signal<unknown>(undefined)
  readonly isLoading = signal(true)
  /** Whether the last page has come. */
  readonly isComplete = signal(false)
  readonly order = signal<Order>({ by: 'name', descending: false })
  readonly #loaded = signal<readonly Row[]>([])
  readonly #counted = signal(0)
  readonly totalIsMinimum = signal(false)
  readonly #queries
  readonly #stop = new AbortController()
  #next: Place | undefined = { query: 0 }
  #wanted
  #running: Promise<void> | undefined
  #refreshing: Promise<void> | undefined
  #refreshAgain = false

  constructor(route: Route) {
    this.route = route
    this.#queries = queriesOf(route)
    this.#wanted = route.view === 'files' ? mostRows : ahead
    void this.#load()
  }

  readonly canSort = computed(
    () =>
      this.isComplete.value &&
      this.route.view === 'files' &&
      this.#loaded.value.length <= sortableRows,
  )
  readonly rows = computed(() =>
    this.canSort.value ? sorted(this.#loaded.value, this.order.value) : this.#loaded.value,
  )
  /** The rows of the whole list, at least. */
  readonly count = computed(() =>
    this.isComplete.value
      ? this.#loaded.value.length
      : Math.max(this.#loaded.value.length, this.#counted.value),
  )

  /** Loads the list as far as a row and some more. */
  want(row: number): void {
    const target = row + ahead
    if (target <= this.#wanted) return
    this.#wanted = target
    void this.#load()
  }

  /** Loads the list to its end. */
  async wantAll(): Promise<void> {
    this.#wanted = Infinity
    await this.#load()
  }

  retry(): void {
    this.error.value = undefined
    void this.#load().then(() => this.refresh())
  }

  /** Whether the list is read again after a change. A longer one is changed row by row. */
  get isShort(): boolean {
    return this.isComplete.peek() && this.#loaded.peek().length <= shortRows
  }

  /** Reads a short list again, and shows it in the place of the rows. Calls that come meanwhile share one further reading. */
  async refresh(): Promise<void> {
    if (!this.isShort) return
    this.#refreshAgain = true
    this.#refreshing ??= this.#refreshUntilDone().finally(() => (this.#refreshing = undefined))
    await this.#refreshing
  }

  async #refreshUntilDone(): Promise<void> {
    await this.#running
    while (this.#refreshAgain) {
      this.#refreshAgain = false
      const rows: Row[] = []
      let next: Place | undefined = { query: 0 }
      try {
        while (next) {
          const page = await readPage(this.#queries, next, this.#stop.signal)
          rows.push(...page.rows)
          next = page.next
        }
      } catch (error) {
        if (!this.#stop.signal.aborted) this.error.value = error
        return
      }
      this.error.value = undefined
      this.#loaded.value = rows
    }
  }

  /** Takes rows out of the list, in one pass. */
  remove(keys: ReadonlySet<string>): void {
    const loaded = this.#loaded.peek()
    const rest = loaded.filter(({ key }) => !keys.has(key))
    if (rest.length === loaded.length) return
    this.#loaded.value = rest
    this.#counted.value -= loaded.length - rest.length
  }

  /** Puts a row of the folder at its place in path order, if the list is loaded up to there. */
  place(row: Row): void {
    const loaded = this.#loaded.peek()
    const known = loaded.findIndex((it) => it.key === row.key)
    if (known >= 0 && loaded[known]?.path === row.path) {
      this.#loaded.value = loaded.with(known, row)
      return
    }
    this.remove(new Set([row.key]))
    const rest = this.#loaded.peek()
    const index = rest.findIndex((it) => it.path > row.path)
    if (index < 0 && !this.isComplete.peek()) return
    this.#loaded.value = rest.toSpliced(index < 0 ? rest.length : index, 0, row)
    this.#counted.value += 1
  }

  /** Adds what is known of folders. */
  describe(describe: (row: Row) => Row): void {
    this.#loaded.value = this.#loaded.value.map(describe)
  }

  close(): void {
    this.#stop.abort()
  }

  #load(): Promise<void> {
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
    return this.#running
  }

  async #run(): Promise<void> {
    this.isLoading.value = true
    try {
      while (this.#next && this.#loaded.value.length < this.#wanted) {
        const page = await readPage(this.#queries, this.#next, this.#stop.signal)
        this.#next = page.next
        if (page.total !== undefined) this.#counted.value = page.total
        if (page.totalIsMinimum) this.totalIsMinimum.value = true
        this.#loaded.value = [...this.#loaded.value, ...page.rows]
      }
      this.isComplete.value = this.#next === undefined
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error.value = error
    } finally {
      this.isLoading.value = false
    }
  }
}
