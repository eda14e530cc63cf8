// The posts an administrator may give.

export const POSTS = ['account_manager', 'market_manager', 'department_manager', 'general_admin', 'related_post']
