import { fileURLToPath } from 'node:url'
import { SyntaxKind, type Node } from 'typescript/unstable/ast'
import { API, SymbolFlags, type Project, type Symbol } from 'typescript/unstable/sync'

const root = fileURLToPath(new URL('../../', import.meta.url))
const portsDirectory = `${root}shared/ports/`

/** The ports behind which there is a cloud, by the interface that declares them. */
const portOfInterface = {
  Catalog: 'catalog',
  Maintenance: 'catalog',
  BlobStore: 'blobs',
  Quarantine: 'quarantine',
  Scanner: 'scanner',
  Renderer: 'renderer',
} as const

export type Port = (typeof portOfInterface)[keyof typeof portOfInterface]

/** Names of operations, each port's in alphabetical order. */
export type Reach = Record<Port, string[]>

/** A function that a file of ours exports, or one member of what it returns. */
export interface Entry {
  file: string
  name: string
  member?: string
}

/**
 * Which operations of which ports each group of exported functions can reach. The type checker says what every name in its body
 * stands for; the body of whatever is ours is walked in turn, and a call through a port is where the walk ends. It errs
 * on the wide side only: what is named but not run counts as reached.
 */
export function reachOf(groups: Entry[][]): Reach[] {
  const api = new API({ cwd: root })
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${root}tsconfig.json`] })
    const [project] = snapshot.getProjects()
    if (!project) throw new Error('There is no tsconfig.json at the root')
    return groups.map((entries) => walk(project, entries))
  } finally {
    api.close()
  }
}

function walk(project: Project, entries: Entry[]): Reach {
  const reach = new Map<Port, Set<string>>()
  const seen = new Set<Node>()
  const pending = entries.flatMap((entry) => bodiesOf(project, entry))
  for (let body = pending.pop(); body; body = pending.pop()) {
    if (seen.has(body)) continue
    seen.add(body)
    for (const symbol of symbolsIn(project, body)) {
      for (const declaration of declarationsOf(project, symbol)) {
        const port = portOf(declaration)
        if (port) reach.set(port, (reach.get(port) ?? new Set()).add(symbol.name))
        else pending.push(declaration)
      }
    }
  }
  const operations = (port: Port) => [...(reach.get(port) ?? [])].sort()
  return {
    catalog: operations('catalog'),
    blobs: operations('blobs'),
    quarantine: operations('quarantine'),
    scanner: operations('scanner'),
    renderer: operations('renderer'),
  }
}

function bodiesOf(project: Project, entry: Entry): Node[] {
  const bodies = declarationsOf(project, exportOf(project, entry))
  const { member } = entry
  if (member === undefined) return bodies
  const found = bodies.flatMap((body) => membersOf(body, member))
  if (found.length === 0) throw new Error(`${entry.name} in ${entry.file} returns no ${member}`)
  return found
}

/** The properties of that name which a body writes. */
function membersOf(body: Node, name: string): Node[] {
  const found: Node[] = []
  const visit = (node: Node) => {
    const isProperty = node.kind === SyntaxKind.PropertyAssignment
    if (isProperty && node.getText().startsWith(`${name}:`)) found.push(node)
    else node.forEachChild(visit)
  }
  body.forEachChild(visit)
  return found
}

function exportOf({ program, checker }: Project, entry: Entry): Symbol {
  const source = program.getSourceFile(`${root}${entry.file}`)
  const module = source && checker.getSymbolAtLocation(source)
  const symbol =
    module && checker.getExportsOfModule(module).find(({ name }) => name === entry.name)
  if (!symbol) throw new Error(`${entry.file} exports no ${entry.name}`)
  return symbol
}

/** Where a name is declared in our own source, imports followed; types are not run, so they lead nowhere. */
function declarationsOf({ checker }: Project, symbol: Symbol): Node[] {
  const isAlias = (symbol.flags & SymbolFlags.Alias) !== 0
  const own = declaredIn(isAlias ? checker.getAliasedSymbol(symbol) : symbol)
  // `const { preview } = await import(…)` is declared here, and what it stands for is elsewhere.
  const isTakenApart = own.some(({ kind }) => kind === SyntaxKind.BindingElement)
  const meant = isTakenApart ? checker.getTypeOfSymbol(symbol)?.getSymbol() : undefined
  return [...own, ...(meant ? declaredIn(meant) : [])]
}

function declaredIn({ declarations }: Symbol): Node[] {
  return declarations
    .filter(({ path }) => path.startsWith(root) && !path.includes('/node_modules/'))
    .flatMap((handle) => handle.resolve() ?? [])
    .filter(({ kind }) => !typeKinds.has(kind))
}

const typeKinds = new Set([SyntaxKind.InterfaceDeclaration, SyntaxKind.TypeAliasDeclaration])

function portOf(declaration: Node): Port | undefined {
  const { parent, kind } = declaration
  if (
    kind !== SyntaxKind.MethodSignature ||
    !parent.getSourceFile().fileName.startsWith(portsDirectory)
  ) {
    return undefined
  }
  const name = /^export interface (\w+)/.exec(parent.getText())?.[1]
  return portOfInterface[name as keyof typeof portOfInterface]
}

/** What the names in a body stand for; in `{ name }` both the property and the value. */
function symbolsIn({ checker }: Project, body: Node): Set<Symbol> {
  const names: Node[] = []
  const shorthands: Node[] = []
  const visit = (node: Node) => {
    if (node.kind === SyntaxKind.Identifier) names.push(node)
    if (node.kind === SyntaxKind.ShorthandPropertyAssignment) shorthands.push(node)
    node.forEachChild(visit)
  }
  visit(body)
  const values = shorthands.map((node) => checker.getShorthandAssignmentValueSymbol(node))
  const symbols = [...checker.getSymbolAtLocation(names), ...values]
  return new Set(symbols.filter((symbol) => symbol !== undefined))
}
