"""The fake of Callers.ai: an organization is a tenant, a memory id stands for a version's id."""
