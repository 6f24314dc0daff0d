import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../shared/config/load-config.ts'

const megabyte = 1024 * 1024
const oidc = {
  AUTH_MODE: 'oidc',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_AUDIENCE: 'coffer, https://files.example/api/workspace/mcp',
  OIDC_JWKS_URL: 'https://issuer.example/jwks',
}
const bucket = { MEDIA_GCS_BUCKET_NAME: 'files', GOOGLE_CLOUD_PROJECT: 'demo' }
const gcp = { MEDIA_GCS_BUCKET_NAME: 'files', GOOGLE_CLOUD_PROJECT: 'demo' }
const cloudRun = { ...oidc, ...bucket, K_SERVICE: 'upload', HOST: '0.0.0.0' }

describe('the configuration', () => {
  test('defaults to local authentication and the local disk', () => {
    expect(loadConfig({})).toEqual({
      server: {
        host: '127.0.0.1',
        port: 8080,
        publicUrl: undefined,
        corsOrigins: [],
        crossOriginResourcePolicy: 'same-origin',
        shutdownSeconds: 25,
      },
      auth: { mode: 'local', origins: [] },
      limits: {
        maxFileBytes: 100 * megabyte,
        uploadExpirySeconds: 24 * 3600,
        trashRetentionDays: 30,
      },
      quotaBytes: 5120 * megabyte,
      recordLimits: {
        maxRecords: 1_000_000,
        maxOpenUploads: 1000,
        maxMetadataBytes: 256 * megabyte,
      },
      eventRetentionDays: 7,
      maxStreams: 500,
      signedUrlSeconds: 300,
      storage: { kind: 'local', directory: './.coffer' },
      google: {
        firestoreEmulator: undefined,
        storageEmulator: undefined,
        hasMetadataServer: false,
      },
      clamd: { address: { host: 'localhost', port: 3310 }, concurrency: 4 },
      quarantine: { location: undefined, retentionDays: 30 },
      imports: { allowedPorts: [80, 443], buckets: [] },
      rendering: { by: 'processes' },
      blocks: { modules: [], requiresSandbox: false, maxSeconds: 900 },
      temporaryDirectory: undefined,
      rescan: { bytesPerMinute: 60 * megabyte, filesPerMinute: 600 },
      sweepInvoker: undefined,
      projectId: undefined,
      emulated: false,
      functionTarget: undefined,
      telemetry: undefined,
    })
  })

  test('counts an empty variable as unset', () => {
    const empty = { PORT: '', AUTH_MODE: '', MEDIA_GCS_BUCKET_NAME: '', CLAMAV_SOCKET: '' }
    expect(loadConfig(empty)).toEqual(loadConfig({}))
  })

  test('limits announced bodies on Cloud Run, and not elsewhere', () => {
    expect(loadConfig(cloudRun).server.maxAnnouncedBytes).toBe(31 * 1024 * 1024)
    expect(loadConfig({}).server.maxAnnouncedBytes).toBeUndefined()
  })

  test('is deeply frozen', () => {
    const config = loadConfig({ CORS_ORIGINS: 'https://a.example' })
    for (const part of [config, config.server, config.server.corsOrigins, config.limits]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  test.each<[Record<string, string>, object]>([
    [{ PORT: '0' }, { server: { port: 0 } }],
    [{ HOST: '::1' }, { server: { host: '::1' } }],
    [{ IMPORT_ALLOWED_PORTS: '443, 8443' }, { imports: { allowedPorts: [443, 8443] } }],
    [
      { IMPORT_GCS_BUCKETS: 'samples, more.samples' },
      { imports: { buckets: ['samples', 'more.samples'] } },
    ],
    [{ MEDIA_TEMP_DIR: '/mnt/scratch' }, { temporaryDirectory: '/mnt/scratch' }],
    [
      {
        BLOCK_MODULES: 'acme-blocks, /opt/b.js',
        BLOCK_SANDBOX: 'required',
        BLOCK_MAX_SECONDS: '60',
      },
      {
        blocks: { modules: ['acme-blocks', '/opt/b.js'], requiresSandbox: true, maxSeconds: 60 },
      },
    ],
    [{ RESCAN_MB_PER_MINUTE: '0' }, { rescan: undefined }],
    [{ RESCAN_FILES_PER_MINUTE: '0' }, { rescan: undefined }],
    [{ QUARANTINE_DIR: '/mnt/q' }, { quarantine: { location: '/mnt/q', retentionDays: 30 } }],
    [
      {
        ...gcp,
        QUARANTINE_BUCKET_NAME: 'q',
        QUARANTINE_RETENTION_DAYS: '7',
      },
      { quarantine: { location: 'q', retentionDays: 7 } },
    ],
    ...[
      ['https://files.example', 'https://files.example'],
      ['https://files.example/', 'https://files.example'],
      ['https://example.com/files/api', 'https://example.com/files/api'],
      ['http://localhost:8000/files/', 'http://localhost:8000/files'],
    ].map(([PUBLIC_URL = '', publicUrl]): [Record<string, string>, object] => [
      { PUBLIC_URL },
      { server: { publicUrl } },
    ]),
    [
      { CORS_ORIGINS: 'https://a.example, http://localhost:3000,' },
      {
        server: { corsOrigins: ['https://a.example', 'http://localhost:3000'] },
        auth: { origins: ['https://a.example', 'http://localhost:3000'] },
      },
    ],
    ...[
      'capacitor://localhost',
      'ionic://localhost',
      'tauri://localhost',
      'app://obsidian.md',
      'chrome-extension://abcdefghijklmnop',
      'https://*.example.com',
      'http://*.localhost.test:3000',
      'http://[::1]:3000',
      'https://xn--mnchen-3ya.example',
    ].map((CORS_ORIGINS): [Record<string, string>, object] => [
      { CORS_ORIGINS },
      { server: { corsOrigins: [CORS_ORIGINS] } },
    ]),
    [
      { CROSS_ORIGIN_RESOURCE_POLICY: 'cross-origin' },
      { server: { crossOriginResourcePolicy: 'cross-origin' } },
    ],
    [{ MAX_FILE_SIZE_MB: '0.5' }, { limits: { maxFileBytes: megabyte / 2 } }],
    [{ WORKSPACE_QUOTA_MB: '1' }, { quotaBytes: megabyte }],
    [{ WORKSPACE_MAX_FILES: '5' }, { recordLimits: { maxRecords: 5 } }],
    [{ WORKSPACE_MAX_OPEN_UPLOADS: '5' }, { recordLimits: { maxOpenUploads: 5 } }],
    [{ WORKSPACE_METADATA_MB: '1' }, { recordLimits: { maxMetadataBytes: megabyte } }],
    [{ TRASH_RETENTION_DAYS: '7' }, { limits: { trashRetentionDays: 7 } }],
    [{ EVENTS_RETENTION_DAYS: '30' }, { eventRetentionDays: 30 }],
    [{ EVENTS_MAX_STREAMS: '5' }, { maxStreams: 5 }],
    [{ UPLOAD_EXPIRY_HOURS: '1' }, { limits: { uploadExpirySeconds: 3600 } }],
    [{ SIGNED_URL_SECONDS: '604800' }, { signedUrlSeconds: 604_800 }],
    [{ WORKSPACE_STORAGE_DIR: '/srv/files' }, { storage: { directory: '/srv/files' } }],
    [{ CLAMAV_SERVICE_ENABLED: 'false' }, { clamd: undefined }],
    [
      { CLAMAV_SERVICE_HOST: 'clamav', CLAMAV_SERVICE_PORT: '3311', CLAMAV_CONCURRENCY: '2' },
      { clamd: { address: { host: 'clamav', port: 3311 }, concurrency: 2 } },
    ],
    [{ CLAMAV_SOCKET: '/run/clamd.sock' }, { clamd: { address: { path: '/run/clamd.sock' } } }],
    [
      { MEDIA_GCS_BUCKET_NAME: 'files', GOOGLE_CLOUD_PROJECT: 'demo' },
      {
        storage: { kind: 'gcp', projectId: 'demo', bucket: 'files' },
        google: { hasMetadataServer: false },
      },
    ],
    [
      {
        ...oidc,
        MEDIA_GCS_BUCKET_NAME: 'files',
        GOOGLE_CLOUD_PROJECT: 'demo',
        K_SERVICE: 'list',
        K_CONFIGURATION: 'list',
      },
      { google: { hasMetadataServer: true } },
    ],
    [
      {
        ...oidc,
        MEDIA_GCS_BUCKET_NAME: 'files',
        GOOGLE_CLOUD_PROJECT: 'demo',
        K_SERVICE: 'list',
        K_CONFIGURATION: 'list',
        GOOGLE_APPLICATION_CREDENTIALS: '/secrets/key.json',
      },
      { google: { hasMetadataServer: false } },
    ],
    [
      {
        MEDIA_GCS_BUCKET_NAME: 'files',
        GOOGLE_CLOUD_PROJECT: 'demo',
        FIRESTORE_EMULATOR_HOST: 'localhost:8080',
        STORAGE_EMULATOR_HOST: 'localhost:9199',
      },
      { google: { firestoreEmulator: 'localhost:8080', storageEmulator: 'localhost:9199' } },
    ],
    [
      oidc,
      {
        auth: {
          mode: 'oidc',
          issuer: 'https://issuer.example',
          audiences: ['coffer', 'https://files.example/api/workspace/mcp'],
          jwksUrl: new URL('https://issuer.example/jwks'),
        },
      },
    ],
    [
      { ...oidc, OIDC_JWKS_URL: 'http://127.0.0.1:99/jwks', HOST: '0.0.0.0' },
      { auth: { mode: 'oidc' } },
    ],
    [
      { AUTH_MODE: 'firebase', GOOGLE_CLOUD_PROJECT: 'demo', HOST: '0.0.0.0' },
      { auth: { mode: 'firebase', projectId: 'demo', emulator: false } },
    ],
    [
      {
        AUTH_MODE: 'firebase',
        GOOGLE_CLOUD_PROJECT: 'demo',
        FIREBASE_AUTH_EMULATOR_HOST: 'localhost:9099',
        K_SERVICE: 'list',
        FUNCTIONS_EMULATOR: 'true',
      },
      { auth: { mode: 'firebase', emulator: true } },
    ],
    [
      // The Firebase emulator sets GCLOUD_PROJECT, and a socket as the port.
      {
        AUTH_MODE: 'firebase',
        GCLOUD_PROJECT: 'demo',
        PORT: '/run/function.sock',
        K_SERVICE: 'list',
        FUNCTIONS_EMULATOR: 'true',
      },
      { auth: { mode: 'firebase', projectId: 'demo' }, emulated: true },
    ],
    [{ ...cloudRun, MEDIA_GCS_BUCKET_NAME: '', WORKSPACE_STORAGE_DIR: '/mnt/files' }, {}],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' },
      { telemetry: { serviceName: 'coffer', flushAfterRequests: false } },
    ],
    [
      { ...cloudRun, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' },
      { telemetry: { serviceName: 'upload', flushAfterRequests: true } },
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_SDK_DISABLED: 'true' },
      { telemetry: undefined },
    ],
    [cloudRun, { auth: { mode: 'oidc' }, server: { host: '0.0.0.0' } }],
    [
      { ...cloudRun, CLAMAV_SERVICE_ENABLED: 'false', CLAMAV_DISABLED_CONFIRMED: 'true' },
      { clamd: undefined },
    ],
  ])('accepts %j', (env, expected) => {
    expect(loadConfig(env)).toMatchObject(expected)
  })

  test.each<[Record<string, string>, string]>([
    [{ PORT: '-1' }, 'PORT'],
    [{ PORT: '65536' }, 'PORT'],
    [{ PORT: '80a' }, 'PORT'],
    [{ PORT: ' ' }, 'PORT'],
    [{ MAX_FILE_SIZE_MB: '0' }, 'MAX_FILE_SIZE_MB'],
    [{ MAX_FILE_SIZE_MB: '-5' }, 'MAX_FILE_SIZE_MB'],
    [{ MAX_FILE_SIZE_MB: '1e3' }, 'MAX_FILE_SIZE_MB'],
    [{ MAX_FILE_SIZE_MB: '100MB' }, 'MAX_FILE_SIZE_MB'],
    [{ MAX_FILE_SIZE_MB: '99999999' }, 'MAX_FILE_SIZE_MB'],
    [{ WORKSPACE_QUOTA_MB: 'Infinity' }, 'WORKSPACE_QUOTA_MB'],
    [{ TRASH_RETENTION_DAYS: '1.5' }, 'TRASH_RETENTION_DAYS'],
    [{ EVENTS_RETENTION_DAYS: '0' }, 'EVENTS_RETENTION_DAYS'],
    [{ SIGNED_URL_SECONDS: '604801' }, 'SIGNED_URL_SECONDS'],
    [{ RESCAN_MB_PER_MINUTE: '-1' }, 'RESCAN_MB_PER_MINUTE'],
    [{ RESCAN_FILES_PER_MINUTE: 'all' }, 'RESCAN_FILES_PER_MINUTE'],
    [{ QUARANTINE_RETENTION_DAYS: '0' }, 'QUARANTINE_RETENTION_DAYS'],
    [{ QUARANTINE_BUCKET_NAME: 'q' }, 'QUARANTINE_BUCKET_NAME'],
    [{ ...gcp, MEDIA_GCS_BUCKET_NAME: 'q', QUARANTINE_BUCKET_NAME: 'q' }, 'QUARANTINE_BUCKET_NAME'],
    [{ ...gcp, QUARANTINE_DIR: '/mnt/q' }, 'QUARANTINE_DIR'],
    [{ UPLOAD_EXPIRY_HOURS: '169' }, 'UPLOAD_EXPIRY_HOURS'],
    [{ CLAMAV_SERVICE_ENABLED: 'no' }, 'CLAMAV_SERVICE_ENABLED'],
    [{ CLAMAV_SERVICE_PORT: '0' }, 'CLAMAV_SERVICE_PORT'],
    [{ CLAMAV_CONCURRENCY: '0' }, 'CLAMAV_CONCURRENCY'],
    [{ AUTH_MODE: 'none' }, 'AUTH_MODE'],
    [{ IMPORT_ALLOWED_PORTS: '80,0' }, 'IMPORT_ALLOWED_PORTS'],
    [{ IMPORT_ALLOWED_PORTS: '65536' }, 'IMPORT_ALLOWED_PORTS'],
    [{ IMPORT_ALLOWED_PORTS: ',' }, 'IMPORT_ALLOWED_PORTS'],
    [{ IMPORT_GCS_BUCKETS: 'gs://samples' }, 'IMPORT_GCS_BUCKETS'],
    [{ IMPORT_GCS_BUCKETS: ',' }, 'IMPORT_GCS_BUCKETS'],
    [{ IMPORT_GCS_BUCKETS: ' ' }, 'IMPORT_GCS_BUCKETS'],
    [{ CORS_ORIGINS: ' , ' }, 'CORS_ORIGINS'],
    [{ ...gcp, IMPORT_GCS_BUCKETS: `samples, ${gcp.MEDIA_GCS_BUCKET_NAME}` }, 'IMPORT_GCS_BUCKETS'],
    [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS'],
    [{ CORS_ORIGINS: 'https://a.example/' }, 'CORS_ORIGINS'],
    [{ CORS_ORIGINS: 'null' }, 'CORS_ORIGINS'],
    ...[
      'https://*',
      'https://*.com',
      'https://*app.example.com',
      'https://app.*.example.com',
      'https://*.*.example.com',
      '*.example.com',
      'https://App.example.com',
      'https://app.example.com:443',
      'https://user@app.example.com',
      'https://app.example.com?',
      'capacitor://localhost/',
      'capacitor://LocalHost',
      'capacitor://',
      'app.example.com',
      'mailto:a@example.com',
      'https://münchen.example',
    ].map((CORS_ORIGINS): [Record<string, string>, string] => [{ CORS_ORIGINS }, 'CORS_ORIGINS']),
    [{ CROSS_ORIGIN_RESOURCE_POLICY: 'none' }, 'CROSS_ORIGIN_RESOURCE_POLICY'],
    ...[
      'files.example',
      'ftp://files.example',
      'https://files.example/base?x=1',
      'https://files.example/base#x',
      'https://user@files.example',
      'https://files.example/a/../b',
      'https://files.example//base',
      'https://files.example/base//',
      'https://files.example/a b',
      'https://Files.example',
    ].map((PUBLIC_URL): [Record<string, string>, string] => [{ PUBLIC_URL }, 'PUBLIC_URL']),
    [{ HOST: '0.0.0.0' }, 'HOST'],
    [{ HOST: '::' }, 'HOST'],
    [{ HOST: '192.168.1.2', AUTH_MODE: 'local' }, 'HOST'],
    [{ ...bucket, K_SERVICE: 'upload' }, 'AUTH_MODE'],
    [{ ...bucket, K_SERVICE: 'upload', AUTH_MODE: 'local' }, 'AUTH_MODE'],
    [{ OIDC_ISSUER: 'https://issuer.example' }, 'AUTH_MODE'],
    [{ ...cloudRun, MEDIA_GCS_BUCKET_NAME: '' }, 'MEDIA_GCS_BUCKET_NAME'],
    [{ ...bucket, FIRESTORE_EMULATOR_HOST: 'localhost:1' }, 'STORAGE_EMULATOR_HOST'],
    [{ ...bucket, STORAGE_EMULATOR_HOST: 'http://localhost:1' }, 'FIRESTORE_EMULATOR_HOST'],
    [{ ...cloudRun, FIRESTORE_EMULATOR_HOST: 'localhost:1' }, 'FIRESTORE_EMULATOR_HOST'],
    [{ ...cloudRun, STORAGE_EMULATOR_HOST: 'http://localhost:1' }, 'STORAGE_EMULATOR_HOST'],
    [{ ...cloudRun, K_CONFIGURATION: 'upload', FUNCTIONS_EMULATOR: 'true' }, 'FUNCTIONS_EMULATOR'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    [{ ...oidc, OIDC_ISSUER: '' }, 'OIDC_ISSUER'],
    [{ ...oidc, OIDC_AUDIENCE: '' }, 'OIDC_AUDIENCE'],
    [{ ...oidc, OIDC_JWKS_URL: '' }, 'OIDC_JWKS_URL'],
    [{ ...oidc, OIDC_JWKS_URL: 'http://issuer.example/jwks' }, 'OIDC_JWKS_URL'],
    [{ ...oidc, OIDC_JWKS_URL: 'file:///etc/keys' }, 'OIDC_JWKS_URL'],
    [{ AUTH_MODE: 'firebase' }, 'GOOGLE_CLOUD_PROJECT'],
    [{ MEDIA_GCS_BUCKET_NAME: 'files' }, 'GOOGLE_CLOUD_PROJECT'],
    [{ ...cloudRun, FIREBASE_AUTH_EMULATOR_HOST: 'x:1' }, 'FIREBASE_AUTH_EMULATOR_HOST'],
    [{ ...cloudRun, CLAMAV_SERVICE_ENABLED: 'false' }, 'CLAMAV_SERVICE_ENABLED'],
    ...[
      'render.example',
      'http://render.example',
      'https://render.example/render',
      'https://render.example/?x=1',
      'https://user@render.example',
      'ftp://render.example',
    ].map((RENDER_SERVICE_URL): [Record<string, string>, string] => [
      { RENDER_SERVICE_URL },
      'RENDER_SERVICE_URL',
    ]),
    [{ ...cloudRun, RENDER_SERVICE_URL: 'http://localhost:8090' }, 'RENDER_SERVICE_URL'],
  ])('rejects %j naming only %s', (env, variable) => {
    const message = complaintOf(env)
    const named = [...message.matchAll(/^- ([A-Z_]+) must /gm)].map(([, name]) => name)
    expect(named).toEqual([variable])
  })

  test('names every invalid variable in one message without its value', () => {
    const message = complaintOf({ PORT: 's3cret', HOST: '0.0.0.0', SIGNED_URL_SECONDS: 'x' })
    expect(message).toMatch(/PORT[\s\S]*HOST|HOST[\s\S]*PORT/)
    expect(message).toContain('SIGNED_URL_SECONDS')
    expect(message).not.toContain('s3cret')
  })
})

function complaintOf(env: Record<string, string>): string {
  try {
    loadConfig(env)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('the configuration was accepted')
}
