interface OfficeFormat {
  extension: string
  /** LibreOffice's filter to PDF. */
  exportFilter: 'writer_pdf_Export' | 'calc_pdf_Export' | 'impress_pdf_Export' | 'draw_pdf_Export'
  /** LibreOffice's only import filter. Undefined for formats with several versions, which LibreOffice distinguishes. */
  importFilter?: string
}

const writer = (extension: string, importFilter?: string) =>
  format('writer_pdf_Export', extension, importFilter)
const calc = (extension: string, importFilter?: string) =>
  format('calc_pdf_Export', extension, importFilter)
const impress = (extension: string, importFilter?: string) =>
  format('impress_pdf_Export', extension, importFilter)
const draw = (extension: string, importFilter?: string) =>
  format('draw_pdf_Export', extension, importFilter)

const word = 'MS Word 2007 XML'
const excel = 'Calc MS Excel 2007 XML'
const powerPoint = 'Impress MS PowerPoint 2007 XML'

const openXml = 'application/vnd.openxmlformats-officedocument'
const openDocument = 'application/vnd.oasis.opendocument'

/** Documents that LibreOffice converts, in the vocabulary of `mediaTypes`. Import filters without VBA ignore macros. */
const formats: Record<string, OfficeFormat> = {
  [`${openXml}.wordprocessingml.document`]: writer('docx', word),
  [`${openXml}.wordprocessingml.template`]: writer('dotx', word),
  'application/vnd.ms-word.document.macroenabled.12': writer('docm', word),
  'application/vnd.ms-word.template.macroenabled.12': writer('dotm', word),
  'application/msword': writer('doc'),
  [`${openXml}.spreadsheetml.sheet`]: calc('xlsx', excel),
  [`${openXml}.spreadsheetml.template`]: calc('xltx', excel),
  'application/vnd.ms-excel.sheet.macroenabled.12': calc('xlsm', excel),
  'application/vnd.ms-excel.template.macroenabled.12': calc('xltm', excel),
  'application/vnd.ms-excel': calc('xls'),
  [`${openXml}.presentationml.presentation`]: impress('pptx', powerPoint),
  [`${openXml}.presentationml.slideshow`]: impress('ppsx', powerPoint),
  [`${openXml}.presentationml.template`]: impress('potx', powerPoint),
  'application/vnd.ms-powerpoint.presentation.macroenabled.12': impress('pptm', powerPoint),
  'application/vnd.ms-powerpoint.slideshow.macroenabled.12': impress('ppsm', powerPoint),
  'application/vnd.ms-powerpoint.template.macroenabled.12': impress('potm', powerPoint),
  'application/vnd.ms-powerpoint': impress('ppt'),
  [`${openDocument}.text`]: writer('odt', 'writer8'),
  [`${openDocument}.text-template`]: writer('ott', 'writer8_template'),
  [`${openDocument}.spreadsheet`]: calc('ods', 'calc8'),
  [`${openDocument}.spreadsheet-template`]: calc('ots', 'calc8_template'),
  [`${openDocument}.presentation`]: impress('odp', 'impress8'),
  [`${openDocument}.presentation-template`]: impress('otp', 'impress8_template'),
  [`${openDocument}.graphics`]: draw('odg', 'draw8'),
  [`${openDocument}.graphics-template`]: draw('otg', 'draw8_template'),
}

/** Documents of iWork, for which there is no converter. They contain a thumbnail. */
const withPictureOnly = new Set(
  ['keynote', 'numbers', 'pages'].map((program) => `application/vnd.apple.${program}`),
)

function format(
  exportFilter: OfficeFormat['exportFilter'],
  extension: string,
  importFilter: string | undefined,
): OfficeFormat {
  return { extension, exportFilter, ...(importFilter !== undefined && { importFilter }) }
}

/** Returns the format of a document that LibreOffice can convert. */
export function officeFormat(mimeType: string): OfficeFormat | undefined {
  return Object.hasOwn(formats, mimeType) ? formats[mimeType] : undefined
}

/** Returns true for documents that LibreOffice can convert, or that may carry a picture. */
export function isOffice(mimeType: string): boolean {
  return officeFormat(mimeType) !== undefined || withPictureOnly.has(mimeType)
}
