// What free fields of the file must look like.

/** How the server reads what is typed freely: what it would refuse is said while it can be put right. */
export const FORMS: Record<string, RegExp> = {
  opening_hours: /^\d{1,2}(:\d{2}|[点时](半|\d{2}分?)?)?[-~至到—–]\d{1,2}(:\d{2}|[点时](半|\d{2}分?)?)?$/,
  market_days: /^(农历|阴历|公历|阳历)?(每月)?逢?([\d零一二三四五六七八九、,.和]+|([\d一二三四五六七八九][、,.和])*(十|10))[日号]?(赶?集)?$/,
}
