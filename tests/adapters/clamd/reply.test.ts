import { describe, expect, test } from 'vitest'
import { readVerdict, readVersion } from '../../../shared/adapters/clamd/reply.ts'

describe("clamd's reply to INSTREAM", () => {
  test('is clean only as exactly "stream: OK"', () => {
    expect(readVerdict('stream: OK', true)).toEqual({ verdict: 'clean' })
  })

  test('is not clean before clamd has received every byte', () => {
    expect(readVerdict('stream: OK', false)).toBeUndefined()
  })

  test.each([
    'stream: OK ',
    ' stream: OK',
    'stream: OK\r',
    'stream:OK',
    'stream: ok',
    'Stream: OK',
    'STREAM: OK',
    'stream: OKAY',
    'stream: OK ERROR',
    '1: stream: OK',
    'fd[11]: OK',
    '/srv/stream: OK',
    'OK',
    'stream: ',
    'stream: FOUND',
    'stream:  FOUND',
    'stream: Eicar FOUN',
    'stream: Eicar found',
    'stream: Eicar FOUND ',
    'streams: Eicar FOUND',
    'stream: Eicar ERROR',
    'stream: Eicar\nstream: OK FOUND',
    '',
    'ERROR',
    'PONG',
    'UNKNOWN COMMAND',
    'COMMAND READ TIMED OUT',
    'INSTREAM: Can not allocate memory ERROR',
    'INSTREAM size limit exceeded by far. ERROR',
    "stream: Can't open file or directory ERROR",
    'stream: Malformed database ERROR',
    'Error processing command. ERROR',
    'reload in progress. ERROR',
  ])('is no verdict as %j', (reply) => {
    expect(readVerdict(reply, true)).toBeUndefined()
  })

  test.each([
    ['stream: Eicar-Test-Signature FOUND', 'Eicar-Test-Signature'],
    ['stream: OK FOUND', 'OK'],
    ['stream: Win.Trojan.OK-1 FOUND', 'Win.Trojan.OK-1'],
    ['stream: Not FOUND FOUND', 'Not FOUND'],
    ['stream: stream: OK FOUND', 'stream: OK'],
    ['stream: A name of words FOUND', 'A name of words'],
    [
      'stream: Heuristics.Phishing.Email.SpoofedDomain FOUND',
      'Heuristics.Phishing.Email.SpoofedDomain',
    ],
    ['stream: Heuristics.EncryptedEvil FOUND', 'Heuristics.EncryptedEvil'],
    ['stream: Evil.Heuristics.Encrypted.Zip FOUND', 'Evil.Heuristics.Encrypted.Zip'],
    ['stream: Heuristics.Zip.Evil FOUND', 'Heuristics.Zip.Evil'],
    ['stream: ERROR FOUND', 'ERROR'],
  ])('is infected as %j', (reply, threat) => {
    expect(readVerdict(reply, true)).toEqual({ verdict: 'infected', threat })
  })

  test.each([
    ['INSTREAM size limit exceeded. ERROR', 'size-limit'],
    ['INSTREAM size limit exceeded', 'size-limit'],
    ['stream: Heuristics.Limits.Exceeded FOUND', 'scan-limit'],
    ['stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND', 'size-limit'],
    ['stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND', 'size-limit'],
    ['stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND', 'time-limit'],
    ['stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND', 'nesting-limit'],
    ['stream: Heuristics.Limits.Exceeded.MaxFiles FOUND', 'file-count-limit'],
    ['stream: Heuristics.Limits.Exceeded.EmailHeaders FOUND', 'scan-limit'],
    ['stream: Heuristics.Limits.Exceeded.MaxFilesOfTomorrow FOUND', 'scan-limit'],
    ['stream: Heuristics.Encrypted.PDF FOUND', 'encrypted'],
    ['stream: Heuristics.Encrypted.Zip FOUND', 'encrypted'],
    ['stream: Heuristics.Zip.OverlappingFiles FOUND', 'archive-bomb'],
    ['stream: Coffer.Unsupported.Zip64.UNOFFICIAL FOUND', 'unsupported-archive'],
  ])('is unscannable, with the reason, as %j', (reply, reason) => {
    expect(readVerdict(reply, false)).toEqual({ verdict: 'unscannable', reason })
  })
})

describe("clamd's reply to VERSION", () => {
  test.each([
    ['ClamAV 1.4.6', 'ClamAV 1.4.6', 'unversioned'],
    ['ClamAV 1.5.0-rc/0/', 'ClamAV 1.5.0-rc', '0/'],
    ['ClamAV 1.4.6/27800/some day', 'ClamAV 1.4.6', '27800/some day'],
    [
      'ClamAV 1.4.6/27800/Thu Nov 99 09:40:21 2025',
      'ClamAV 1.4.6',
      '27800/Thu Nov 99 09:40:21 2025',
    ],
  ])('is read from %j', (reply, engine, signatureVersion) => {
    expect(readVersion(reply)).toEqual({ engine, signatureVersion })
  })

  test.each([
    ['27800/Thu Nov 20 09:40:21 2025', new Date(2025, 10, 20, 9, 40, 21).toISOString()],
    ['1/Sat Feb  1 23:59:59 2003', new Date(2003, 1, 1, 23, 59, 59).toISOString()],
  ])('says when the signatures %j were made', (signatureVersion, signaturesAt) => {
    const engine = 'ClamAV 1.4.6'
    expect(readVersion(`${engine}/${signatureVersion}`)).toEqual({
      engine,
      signatureVersion,
      signaturesAt,
    })
  })

  test.each(['', 'ClamAV', 'UNKNOWN COMMAND', 'PONG', 'clamav 1.4.6', 'ClamAV /27800'])(
    'is undefined for %j',
    (reply) => {
      expect(readVersion(reply)).toBeUndefined()
    },
  )
})
