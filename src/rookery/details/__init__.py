"""What gateways tell about people and groups besides events: pictures, subjects, members."""
