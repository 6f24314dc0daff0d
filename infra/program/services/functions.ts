import type { Access } from './access.ts'

/** One deployed function. */
export interface CloudFunction extends Access {
  name: string
  /** Hono patterns below `/api/workspace`. Empty for functions that only the platform calls. */
  routes: Route[]
  /** Paths at the root of the origin. */
  wellKnown?: readonly string[]
}

export interface Route {
  method: string
  path: string
}

const route = (text: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`): Route => {
  const [method = '', path = ''] = text.split(' ')
  return { method, path }
}

/** RFC 9728. */
const resourceMetadataPaths = [
  '/.well-known/oauth-protected-resource/api/workspace/mcp',
  '/.well-known/oauth-protected-resource',
]

/**
 * The functions of the topology `functions`, with exactly the rights that their code uses.
 * `tests/least-privilege.test.ts` compares the rights with what the functions do.
 */
const separate: CloudFunction[] = [
  {
    name: 'upload',
    routes: [
      route('POST /files'),
      route('PUT /content/*'),
      route('POST /uploads'),
      route('POST /imports'),
    ],
    documents: ['create', 'delete', 'get', 'list', 'update'],
    objects: ['create', 'delete', 'get', 'list'],
    renders: true,
  },
  {
    name: 'list',
    routes: [route('GET /files'), route('GET /usage')],
    documents: ['get', 'list'],
  },
  {
    name: 'read',
    routes: [
      route('GET /files/:id'),
      route('GET /paths/*'),
      route('GET /files/:id/versions'),
      route('GET /files/:id/content'),
      route('GET /content/*'),
      route('GET /files/:id/preview'),
    ],
    documents: ['get', 'list'],
    // Writes previews.
    objects: ['create', 'delete', 'get', 'list'],
    renders: true,
  },
  {
    name: 'download',
    routes: [
      route('GET /files/:id/download'),
      route('GET /archive'),
      route('GET /archive/:token'),
      route('POST /shares'),
      route('GET /shares'),
      route('DELETE /shares/:id'),
      route('GET /s/:token'),
      route('GET /s/:token/files'),
      route('GET /s/:token/files/*'),
    ],
    // Deletes shares that have ended.
    documents: ['create', 'delete', 'get', 'list', 'update'],
    objects: ['get', 'list'],
    signsLinks: true,
  },
  {
    name: 'update',
    routes: [
      route('PATCH /files/:id'),
      route('POST /files/:id/copy'),
      route('POST /files/:id/restore'),
      route('POST /files/:id/versions/:version/restore'),
    ],
    documents: ['create', 'delete', 'get', 'list', 'update'],
    objects: ['create', 'delete', 'get', 'list'],
  },
  {
    name: 'delete',
    routes: [route('DELETE /files/:id'), route('DELETE /content/*'), route('DELETE /sessions/:id')],
    documents: ['create', 'delete', 'get', 'list', 'update'],
    objects: ['delete', 'get', 'list'],
  },
  {
    name: 'folders',
    routes: [
      route('GET /folders'),
      route('PATCH /folders'),
      route('DELETE /folders'),
      route('POST /folders/restore'),
      route('GET /operations/:id'),
    ],
    documents: ['create', 'delete', 'get', 'list', 'update'],
    objects: ['delete', 'get', 'list'],
  },
  {
    name: 'mcp',
    routes: [route('POST /mcp')],
    wellKnown: resourceMetadataPaths,
    documents: ['create', 'delete', 'get', 'list', 'update'],
    objects: ['create', 'delete', 'get', 'list'],
    signsLinks: true,
    renders: true,
  },
  {
    name: 'changes',
    routes: [route('GET /events'), route('GET /events/stream')],
    documents: ['get', 'list'],
  },
  {
    name: 'admin',
    routes: [
      route('GET /admin/workspaces/:user/quota'),
      route('PUT /admin/workspaces/:user/quota'),
      route('DELETE /admin/workspaces/:user/quota'),
    ],
    documents: ['create', 'delete', 'get', 'list', 'update'],
    // A lower quota purges files from the trash.
    objects: ['delete', 'list'],
  },
]

/** All routes in one function. */
const api: CloudFunction = {
  name: 'api',
  routes: separate.flatMap(({ routes }) => routes),
  documents: ['create', 'delete', 'get', 'list', 'update'],
  objects: ['create', 'delete', 'get', 'list'],
  signsLinks: true,
  renders: true,
}

/** Runs blocks. A separate service in both topologies, because only it has programs and ClamAV beside it. */
export const blocks: CloudFunction = {
  name: 'blocks',
  routes: [
    route('GET /blocks'),
    route('GET /blocks/:id'),
    route('POST /blocks/:id/run'),
    route('GET /runs'),
    route('GET /runs/:id'),
    route('DELETE /runs/:id'),
  ],
  documents: ['create', 'delete', 'get', 'list', 'update'],
  objects: ['create', 'delete', 'get', 'list'],
  quarantine: ['create', 'get', 'list'],
}

export const scan: CloudFunction = {
  name: 'scan',
  routes: [],
  documents: ['create', 'delete', 'get', 'list', 'update'],
  objects: ['delete', 'get', 'list'],
  quarantine: ['create', 'get', 'list'],
}

export const sweep: CloudFunction = {
  name: 'sweep',
  routes: [],
  documents: ['create', 'delete', 'get', 'list', 'update'],
  objects: ['delete', 'get', 'list'],
  quarantine: ['create', 'delete', 'get', 'list'],
}

/** The functions with routes in a topology. */
export const publicFunctions = (topology: 'api' | 'functions'): CloudFunction[] =>
  topology === 'api' ? [api] : separate
