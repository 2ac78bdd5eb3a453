"""Who has which right on which dates, and why. numpy only: no database, no clock."""
