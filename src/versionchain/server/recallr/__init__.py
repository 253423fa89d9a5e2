"""The fake of RecallrAI: a project is a tenant, a user a contact, a memory id a version's id."""
