"""Released agendas: how one is frozen, read back, and compared with the one before (programme spec P11–P13)."""
