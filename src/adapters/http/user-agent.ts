/** Some providers refuse whoever does not say who they are. */
export const USER_AGENT = 'headgate';
