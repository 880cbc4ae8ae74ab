/** Of teams and roles, and of projects but for the “_”. */
export const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const NAME_RULE = 'Lower-case letters, digits, “_” and “-”';
export const PROJECT_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const USERNAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Characters that a password has at least. */
export const SHORTEST_PASSWORD = 12;
