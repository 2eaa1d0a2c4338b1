"""Ways of turning late treatment into person-time, one file each."""
