// In what the app runs: told from the user agent only where nothing else tells it.

export type Host = 'wechat' | 'wecom' | 'dingtalk' | 'qq' | 'lark' | 'alipay' | 'weibo' | 'douyin'
export type System = 'ios' | 'android' | 'desktop'

// WeCom names WeChat as well, and QQ its browser: the order and the word's edge matter.
const HOSTS: [Host, RegExp][] = [
  ['wecom', /wxwork\//i],
  ['wechat', /MicroMessenger\//i],
  ['dingtalk', /DingTalk[/(]/i],
  ['qq', /\bQQ\/\d/],
  ['lark', /\bLark\/|Feishu\//i],
  ['alipay', /AlipayClient\//],
  ['weibo', /\bWeibo\b|__weibo__/i],
  ['douyin', /\baweme[_/]/i],
]

/** The app in whose window the page was opened, such as WeChat; null in a browser of its own. */
export const hostOf = (agent: string): Host | null => HOSTS.find(([, pattern]) => pattern.test(agent))?.[0] ?? null

/** What the device runs; an iPad calls itself a Mac and gives itself away by its touch points. */
export function systemOf(agent: string, touchPoints = 0): System {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return 'ios'
  return /Android|Harmony/i.test(agent) ? 'android' : 'desktop'
}

/** Whether the app runs from its icon, in a window of its own. */
export const isInstalled = (): boolean =>
  matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true

/** Over plain http from another machine browsers refuse camera, place and offline start. */
export const isSecure = (): boolean => globalThis.isSecureContext !== false
