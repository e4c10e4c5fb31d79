# El personal: quién trabaja aquí, quién atiende a quién, clientes que pasan de uno a otro.


# Las personas del administrador
staff-title = Personas que trabajan aquí
staff-hint = Aquí ves al personal, no a los clientes. Lo que haces aquí queda anotado.
staff-not-yours = No puedes ver esta página.
staff-invite = Invitar a alguien
staff-name = Nombre completo
staff-role = Qué hace aquí
staff-role-hint-case-manager = Atiende a clientes: mensajes, visitas, permisos.
staff-role-hint-supervisor = Ve quién atiende a quién. No lee mensajes de fuera de un círculo.
staff-role-hint-administrator = Invita al personal y cierra cuentas. No ve a los clientes.
staff-role-hint-custodian = El aparato que guarda los archivos de la agencia.
staff-invite-go = Crear el enlace
staff-invited = El enlace para { $name } está listo.
staff-link-title = Enlace para { $name }
staff-link-once = Solo ves este enlace ahora. Entrégalo en persona o en papel.
staff-link-square = Un código cuadrado con el enlace para { $name }
staff-link-or = O abre este enlace:
staff-link-until = Sirve una vez, hasta el { $time }.
staff-link-print = Imprimir
staff-link-away = Ya lo entregué
staff-sheet-title = Tu entrada
staff-sheet-how = Abre este enlace en el aparato con el que vas a trabajar, o escanea el cuadrado.
staff-sheet-once = Sirve una vez. No lo compartas y tíralo después.
staff-state-uninvited = Sin enlace
staff-state-invited = Invitado
staff-state-active = Está aquí
staff-state-ended = Cerrada
staff-seen = Estuvo por última vez el { $day }
staff-seen-never = Todavía no ha estado aquí
staff-mail-lost = Los correos no le llegan a { $name }. Puede corregir su dirección en sus ajustes.
staff-link-waits = El enlace sirve hasta el { $time }
staff-you = Eres tú
staff-again = Crear otro enlace
staff-again-hint = Los enlaces anteriores dejan de servir.
staff-change-role = Cambiar la función
staff-change-role-for = Nueva función de { $name }
staff-change-role-sure = La sesión de { $name } se cierra de inmediato y sale de todos los círculos.
staff-change-role-go = Cambiar la función
staff-role-changed = { $name } tiene la nueva función. Tiene que entrar otra vez.
staff-sign-out = Cerrar todas las sesiones
staff-sign-out-sure = ¿Cerrar las sesiones de { $name } en todos los aparatos? Podrá entrar otra vez.
staff-sign-out-yes = Sí, cerrar
staff-signed-out = Las sesiones de { $name } están cerradas.
staff-end = Cerrar esta cuenta
staff-end-sure = ¿Cerrar para siempre la cuenta de { $name }?
staff-end-now = Sus sesiones se cierran ahora en todos los aparatos, y sale de todos los círculos.
staff-end-clients = Sus clientes quedan sin nadie hasta que un supervisor los asigne.
staff-end-yes = Sí, cerrarla
staff-ended = La cuenta de { $name } está cerrada.
staff-ended-left = { $count ->
    [one] Un cliente no tiene a nadie ahora. Un supervisor tiene que asignarlo.
   *[other] { $count } clientes no tienen a nadie ahora. Un supervisor tiene que asignarlos.
}
staff-ended-list = Cuentas cerradas ({ $count })
staff-serves = Esta persona todavía tiene clientes. Pide a ella o a un supervisor que los pase primero.
staff-account-state = Esta cuenta está cerrada, o la persona ya está aquí.

# La vista del supervisor
loads-title = Quién atiende a quién
loads-hint = Ves nombres y números. No ves mensajes ni círculos.
loads-alone = Nadie los atiende ({ $count })
loads-alone-hint = Estos clientes no tienen gestor. Asigna a alguien.
loads-managers = Gestores de casos
loads-manager-clients = { $count ->
    [one] Un cliente
   *[other] { $count } clientes
}
loads-tasks = { $count ->
    [0] nada pendiente
    [one] una cosa pendiente
   *[other] { $count } cosas pendientes
}
loads-since = la más antigua desde el { $time }
loads-not-in = todavía no ha entrado
loads-clients = Todos los clientes
loads-find = Buscar por nombre
loads-find-none = Ningún nombre coincide.
loads-only = Mostrar solo los que tienen algo pendiente
loads-circles = { $count ->
    [0] ningún círculo
    [one] un círculo
   *[other] { $count } círculos
}
loads-next = próxima visita el { $time }
loads-next-none = ninguna visita prevista
loads-offered = ofrecido a un colega
loads-until = { $name }, hasta el { $time }
loads-nobody = Nadie
loads-assign-to = Gestor para { $name }
loads-assign-go = Asignar
loads-choose = Elige un nombre
loads-assigned = { $staff } atiende ahora a { $client }.
loads-end = { $staff } deja de atender a { $client }
loads-end-short = Terminar
loads-end-sure = { $staff } ya no podrá ver a { $client } y sale de sus círculos. Las visitas siguen.
loads-end-yes = Sí, terminar
loads-ended = { $staff } ya no atiende a { $client }.

# De un gestor a otro
transfers-title = Pasar clientes
transfers-incoming = Te ofrecen
transfers-incoming-none = Nadie te ofrece un cliente ahora.
transfers-from = { $name } te ofrece este cliente.
transfers-note = Dice: { $note }
transfers-more = { $visits ->
    [0] No hay ninguna visita prevista.
    [one] Hay una visita prevista.
   *[other] Hay { $visits } visitas previstas.
}
transfers-more-circles = { $circles ->
    [0] Todavía no hay ningún círculo.
    [one] Hay un círculo. Entras solo si alguien de dentro te añade.
   *[other] Hay { $circles } círculos. Entras solo si alguien de dentro te añade.
}
transfers-until = Responde antes del { $time }.
transfers-accept = Aceptar
transfers-decline = Rechazar
transfers-reason = ¿Por qué no?
transfers-reason-hint = Tu colega lo lee.
transfers-decline-go = Rechazar
transfers-accepted = Ahora atiendes a { $name }.
transfers-accepted-open = Abrir su página
transfers-declined = Lo rechazaste.
transfers-offer = Ofrecer clientes a un colega
transfers-who = ¿Qué clientes?
transfers-to = ¿A quién?
transfers-say = ¿Qué debe saber?
transfers-say-hint = Por ejemplo, qué está previsto o cómo comunicarse mejor.
transfers-offer-go = Ofrecer
transfers-offered = Ofrecido. Los clientes siguen contigo hasta que tu colega diga que sí.
transfers-nobody = No hay ningún otro gestor.
transfers-none-left = Todos tus clientes están ofrecidos o entregados.
transfers-outgoing = Lo que ofreciste
transfers-to-name = ofrecido a { $name }
transfers-state-offered = Espera respuesta
transfers-state-accepted = Aceptado
transfers-state-declined = Rechazado
transfers-state-withdrawn = Retirado
transfers-state-expired = Sin respuesta a tiempo
transfers-state-void = Ya no vale
transfers-why = Su motivo: { $reason }
transfers-withdraw = Retirar
transfers-withdrawn = Retiraste la oferta.
transfers-gone = Esta oferta ya terminó. Mira otra vez.
transfers-taken = Este cliente ya está ofrecido a alguien, o entregado.

# Después de una entrega, en la página del cliente
handover-mine = Entregaste a { $client } a { $name }. Sigues atendiendo hasta el { $time }.
handover-theirs = { $from } te entregó a { $client } y ayuda hasta el { $time }.
handover-circles = { $name } todavía no está en estos círculos:
handover-circles-hint = Nadie entra por sí mismo. Pregunta al cliente y luego añade aquí. No lee nada de antes.
handover-add = Añadir a { $name }
handover-added = { $name } está en la lista. Un aparato de dentro le añade.
handover-ask = Todavía no estás en estos círculos. Pide a { $name } que te añada, o haz un círculo nuevo:
handover-finish = Terminar mi parte ahora
handover-finish-sure = Ya no verás a { $client } y sales de sus círculos.
handover-finish-yes = Sí, terminar
handover-only = Nadie más atiende a este cliente.
